"""From open visits to a published plan: build the problem, solve it in a job, check it, store a draft, publish."""
