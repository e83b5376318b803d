"""What a policy is: its facts and its draft; who publishes it; the settings of a project."""
