"""What is shipped to run an instance: tried with a real nginx, real processes and a real PostgreSQL."""
