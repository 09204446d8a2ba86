// Nothing but the headers that every test needs, so that they are parsed once for all test programs.
