// Package contracts finds out under which conditions the functions of the page
// heap are called, instead of checking what people wrote about it, and compares
// the two: what is documented, as facts about Go 1.16 and the commit before the
// heap lock assertions, and what all explored schedules show.
//
// It must not know how results are written or replayed: that is for the command.
//
// An [Observer] looks on while the Ms of a program run. It knows functions by the
// calls on the stack of the M, so that the modelled code is as it is without an
// observer. What it sees of a call: the state at its entry and at its return, and
// what its M did with the heap lock in between. Since only the M itself takes and
// drops the lock, and it tells the observer each time, nothing is missed.
//
// Assertions about locks, stacks and stops do not end an execution that is
// observed: it goes on to what the assertion kept from happening.
package contracts
