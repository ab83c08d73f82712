"""HTTP for every service: one request, one typed answer, retries, deadlines and the rate."""
