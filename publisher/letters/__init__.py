"""What customers are told: notices, receipts and mailed links, and when a notice may be sent."""
