// Package model is the simulated machine on which the page heap runs: the Ms
// and Ps of the Go 1.16 runtime, their stacks, the runtime's mutexes with their
// lock order, stop-the-world, and the assertions about held locks. It knows no
// heap.
//
// An M is a task of package sched. Code that it runs takes the M as its first
// argument and does through it, or through an object of sched, everything that
// others can see. One step is one operation on such an object.
//
// # Reading order
//
//   - machine.go: what a machine is made of, and what a scenario can set.
//   - m.go, p.go: an M, with one goroutine for life, and a P.
//   - mutex.go, rank.go: runtime mutexes, the list of locks that an M holds,
//     and the lock order.
//   - assert.go, site.go, coverage.go: assertions, their table, and how often
//     each was reached.
//   - stack.go, preempt.go: user and system stack, the function prologue, and
//     where an M may lose its P.
//   - sched.go: idle Ms and idle Ps, and how a P gets from one M to another.
//   - stw.go, sema.go: stopping and starting the world, and the right to do so.
//   - syscall.go, sysmon.go: Ps that are left behind in system calls, and the
//     thread without a P that takes them.
//   - procresize.go: changing the number of Ps.
//   - check.go: what always holds, for properties.
//   - direct.go, setup.go: an M outside any exploration, for tests and for what
//     Setup prepares.
//   - require.go: assertion points that packages above state themselves.
//
// # What is a step
//
// Locks, semaphores, gcwaiting, the count of world stops, the notes on which
// the stopper and parked Ms wait, and the word for which the takers of a P in a
// system call compete. What sched.lock or the ownership of a P protects is plain
// memory, watched for races. To stop and start two running Ps takes 18 steps.
//
// # Departures from the runtime
//
// Each is marked "Model:" where it is made, with what it loses.
package model
