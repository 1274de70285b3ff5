// Lets the library link before any message exists.
