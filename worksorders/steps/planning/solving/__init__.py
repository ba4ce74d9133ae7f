"""How a plan is made: cut into parts that share nothing, each part a job, and a last job that joins them."""
