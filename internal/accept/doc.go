// Package accept reads the execution trace of a real program and checks that what
// happened in it is something that the model can do: its Ps, stops of the world and
// spans are turned into steps, and each step must keep the properties that the
// model has. Pages go through the page allocator of the model.
//
// It must not guess: what a trace does not say is named, and nothing else is
// checked. Page caches, scavenging and locks leave no events in a trace.
package accept
