"""What goes in and out, typed: one module a domain."""
