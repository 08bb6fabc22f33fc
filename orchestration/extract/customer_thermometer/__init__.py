"""Customer Thermometer: answers of one click on one of four faces, for satisfaction (CSAT) or effort (CES)."""
