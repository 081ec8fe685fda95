"""The agents' protocols: an ASGI application and syslog listeners, apart from the pages."""
