# Writes the file SET into the template IN as numbers: cmake -D SET=... -D IN=... -D OUT=... -P
file(READ ${SET} hex HEX)
string(LENGTH "${hex}" digits)
math(EXPR SET_BYTES "${digits} / 2")
string(REGEX REPLACE "(..)" "0x\\1," SET_NUMBERS "${hex}")
configure_file(${IN} ${OUT} @ONLY)
