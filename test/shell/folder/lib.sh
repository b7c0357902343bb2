greet() { echo "hello $1"; }
lib_var=from_lib
