"""The gallery of components and the Python parts of them: tables, form fields, answers."""
