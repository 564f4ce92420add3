// Package train runs the trainer, a Python program of its own, in a child process.
//
//	       {"cmd":"stop"} ──stdin──>  ┌───────────────────────┐
//	Local                             │ python -m             │──> Work/ (checkpoints)
//	  <── hello plan progress … ──────│ errata_trainer run    │──> Out/<run>/ (adapter)
//	       stdout, one JSON a line    └───────────────────────┘
//	                                     │ stderr
//	                                     v logs/train-<run>.log
//
// The child and all that it starts end with Errata: the kernel kills it when the
// thread that made it ends (Linux), the end of its standard input tells it to
// stop, and a guard, a shell that leads its process group and reads a pipe held
// by Errata, kills the group when that pipe closes (a job object on Windows).
//
// The package never decides what is trained, never reads an adapter's tensors,
// never writes to incoming/ and gives the child no key of any provider.
package train
