"""Ways of sending messages. A unit that sends text messages writes one class in the form of `backend.Backend`."""
