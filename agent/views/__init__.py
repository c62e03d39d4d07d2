"""What people see, with Rich, and the same results as JSON."""
