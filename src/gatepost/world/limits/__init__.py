"""What each client has taken: connections at once and events in a time, counted over all workers and machines."""
