"""What can be told of a held file without downloading it: bounded reads of verified bytes, and a calm refusal else."""
