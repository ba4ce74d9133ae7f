"""PostgreSQL, Valkey and the supervisor behind `make run`."""
