// Package properties has what is explored and what must hold: the scenarios of
// the page heap, the situations that they must reach, and the properties that
// are checked in every execution. Its tests are what "go test -run Property"
// runs.
//
// # Scenarios
//
// A [Scenario] is a machine, a heap in its first state, and what each M does.
// [Scenarios] are small enough to be explored completely, [LargeScenarios] let
// the same Ms do more. A scenario is one entry of the list in scenarios.go: a
// configuration, a setup that prepares the heap without steps and declares the
// Ms, and the goals that an exploration must reach, so that a scenario that
// misses what it is made for does not pass unnoticed. A [Build] makes a program
// for package sched of a scenario, a variant and a selection of properties.
//
// # Properties
//
// A property is one entry of the list in list.go and a file p_NAME.go. Its
// [When] says when it is checked: inside the engine, the machine or the heap,
// where it can be broken; after each step on what it reads; at unlocked instants,
// that is when the heap lock is free and has been released since the last time;
// in a stopped world; or at the end. Strict properties are those that Go 1.16 is
// known not to have; they are checked only if they are named. Checks make no
// steps and allocate nothing.
//
// # What a property reads
//
// A reduction explores one of many executions that differ only in the order of
// steps that commute. A property sees the states in between, so it must say
// which objects it reads: steps that write two of them do not commute. The heap
// keeps most of its memory not in objects but in plain data, and the
// declarations are right for these reasons.
//
// Data that the heap lock protects changes in critical sections only; guards see
// to that. While the lock is free it is what the last critical section has left.
// The order of critical sections is the same in all equivalent executions, so a
// property of such data that is checked when the lock is free reads one object,
// the lock. This covers summaries, search address, ranges, generations,
// reservations, and what the operating system backs of free pages.
//
// Data that belongs to an M or its P (page caches, span objects in hand, pages in
// flight) changes in steps of that M that need not touch any object that a
// property declares. P-CONSERVE, P-NODOUBLE, P-MSPAN, P-SPANMAP, P-SCAVLIVE and
// P-REL add it up over all Ms, together with data of the lock, for each page or
// object. Outside a critical section a step may only move a page from one place
// of its M to another, which leaves every sum as it was, so where it stands
// among the steps of others does not matter. A step that changes a sum without
// the lock is a mistake by itself, and the sum is wrong after it in every
// equivalent execution, at the next unlocked instant at the latest. One case is
// lost: a step that loses a page without the lock, and a critical section of
// another M that is not ordered with it and takes the same page, if all executions
// that are explored have the one inside the other. Two mistakes would have to
// cancel out on one page.
//
// Data that changes in a stopped world only (sweep generation, phase of the
// collector, caches of dead Ps) is ordered with every step of every other M by
// the words with which the world is stopped and started.
//
// What is checked at the end only (caches of small objects and of stacks, the sets of
// spans, the credit of reclaimers) declares nothing: equivalent executions end in the
// same state. Where an execution may end with a daemon in the middle of its work,
// these properties do not look at what a daemon with a P may be changing.
//
// Atomic words that are read together, such as heap_sys and heap_released, are
// declared together. A property about transitions remembers what it saw last;
// that is a function of the values of what it declares, in an order that is the
// same in all equivalent executions. Its entry says so (remembers): all others
// are not checked again where an execution repeats the one before it.
//
// All this rests on the race checks: two accesses to plain data that are not
// ordered are a violation in every equivalent execution.
package properties
