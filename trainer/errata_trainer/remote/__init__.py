"""Trainings on other machines: what is sent there, what runs there, and what comes back."""
