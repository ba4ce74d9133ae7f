"""Answers requests under the Privacy Act: each gets what is held about them, and nothing of anybody else."""
