"""Who works here: the sign-in and the unlocking that stand before everything else."""
