"""A desk through a year of simulated time, with people who write, answer, forget and change their minds."""
