// Package heap is the page heap of Go 1.16, as code that a model checker can
// run: the functions keep the names, the order of their steps and the
// assertion points of the runtime, and everything that another thread could
// see goes through the simulated machine of package model.
//
// From the bottom up:
//
//   - A [Geometry] is the set of sizes. The real one replays what the runtime
//     did; small ones keep the rules that behaviour depends on and leave a
//     state that can be explored completely.
//   - pageAlloc finds free pages with a bitmap per chunk and a radix tree of
//     summaries. A pageCache holds pages for one P. The scavenger gives free
//     pages back to the operating system, and may drop the heap lock while it
//     looks for some (window.go).
//   - mheap makes spans of pages, grows the heap, sweeps, reclaims, and keeps
//     the statistics and the pacing; procresize and the functions around it
//     are the life of the Ps, whose caches belong to the heap.
//   - A [Variant] says whose code runs: Go 1.16, the commit before the lock
//     assertions, or code with a mistake in it.
//   - [Sites] lists the assertion points.
//
// Scenarios use a [Heap]. The Direct types run the same code in one thread,
// without exploring anything.
//
// "Runtime:" in a comment names the function of the runtime that is modelled,
// "Model:" says where the model departs from it and what that loses.
package heap
