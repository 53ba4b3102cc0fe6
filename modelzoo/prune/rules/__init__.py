"""What each kind of layer does with the units of a core, one kind a file."""
