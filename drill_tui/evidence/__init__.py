"""What outlives the machine: signatures over reports, the chain of drills, archives for an auditor."""
