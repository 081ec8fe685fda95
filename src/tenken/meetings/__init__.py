"""会議と職務: meetings of the bodies that steer the programme, and the duties of its officers with what was done."""
