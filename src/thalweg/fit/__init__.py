"""Parameters of a formula or a callable from measurements, and what the measurements say of them."""
