"""The dialogue with a relay (RFC 5321), as bytes that come and bytes that go."""
