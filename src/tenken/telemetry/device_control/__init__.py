"""What may be connected or printed where: policy, approved devices, artefacts, compliance, remote sessions."""
