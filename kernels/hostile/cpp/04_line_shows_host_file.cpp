// task: L1/19  expect: compile_error
// why: an error whose position claims to lie in a host file must not quote it
#line 1 "/etc/passwd"
void launch(const float* x, float* out, Workspace& ws) {
  this_is_undeclared = 1;
}
