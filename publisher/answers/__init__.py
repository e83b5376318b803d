"""What customers declare: forms, tokens, declarations by mail, requests, receipts."""
