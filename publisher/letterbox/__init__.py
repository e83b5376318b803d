"""Where mail comes in that nobody pipes: over LMTP, and out of a mailbox."""
