"""What a policy is: its facts, its draft, its releases and when they apply; the configuration."""
