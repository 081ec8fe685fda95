"""Pages of findings: the list, one finding with what is to be done next, checking many, ending the stage."""
