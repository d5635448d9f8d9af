// Package sched is a deterministic scheduler and model checker for concurrent
// Go code. It runs the tasks of a program one step at a time, in every order or
// in chosen random orders, checks what must hold after each step, and gives
// back a short, replayable schedule for what went wrong.
//
// It is the lowest level of the stack and imports nothing of the module.
//
// # Programs
//
// A [Program] declares, in its Setup, objects (such as [Mutex] and [Word]),
// tasks ([World.Go]) and properties ([World.Always], [World.AtEnd]). A task is
// an ordinary function. It shares data through objects only: each operation on
// one is a step, and before each operation is a scheduling point at which any
// other task may move. Code between two operations belongs to the step before
// it, code before the first one to the start of the execution. Memory that the
// program keeps itself, under a lock, is watched by a [Cell] or kept in a
// [Guarded] value: accesses are no steps, but those without the guard, or without
// happens-before order, are violations. Memory that is neither is not watched:
// that two tasks use it at the same time is not noticed.
//
// Package gosync has wait groups, channels and other things that Go programs use,
// made of these objects.
//
// # Choices
//
// An execution is determined by its choices: which task makes each step, and
// the outcomes of [Task.Choose]. A [Schedule] lists them. A [Strategy] makes
// them, from records of the steps so far; it never sees the tasks themselves.
//
// # Results
//
// [Explore] returns a [Report]. Its verdict is [Complete] only if every
// schedule was covered. [Replay] runs one schedule again and returns what
// happened, line by line. A [Token] is a schedule as text that finds out whether
// it still means what it did.
//
// Package schedtest does all of this in one call from a test.
package sched
