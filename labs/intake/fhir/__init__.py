"""FHIR R4 JSON: a closed mapping of the resources Vigil uses, with one outcome for every entry of a Bundle."""
