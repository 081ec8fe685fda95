"""The sub-commands of ``tenken telemetry``, one a module."""
