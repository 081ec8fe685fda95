"""The bank and a policy out of the product and back: as tables (Excel, CSV) and as OSCAL catalogs and profiles."""
