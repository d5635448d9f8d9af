// Package gosync has what Go code that is to be checked uses besides locks and
// atomic words: [WaitGroup], [Once], [RWMutex] with waiting writers before new
// readers, [Semaphore] and channels, [Chan] with [Select].
//
// The methods are those of package sync, and the operations on channels, with the
// calling task as first argument. All is made of objects of package sched, and of
// plain memory that is used under a lock of its own: every search covers it, and
// what waits for ever is reported with the name of the object. What panics in Go
// panics here, and is a violation unless the task recovers.
//
// An operation is as many steps as the objects that it is made of need, and these
// show in traces. What package sched has itself, Mutex, Cond and Word, is cheaper.
//
// What channels hold is neither registered nor hashed. Strategy cache knows that and
// takes fewer states for one; a program that declares [sched.World.Hidden] must not
// use them.
//
// It is above package sched and imports nothing else of the module.
package gosync
