"""The pages of the explorer, one module each: a function takes what is asked, returns a view."""
