package properties

import "slices"

// A Goal is a situation that a scenario is made for. A complete search that
// never reaches one of its scenario's goals reports that.
type Goal struct {
	Name string
	Doc  string // one sentence
}

// goal numbers the goals.
type goal int

const (
	goalWindowEntered goal = iota
	goalWindowUsed
	goalFooled
	goalRefillContended
	goalContended
	goalGrowth
	goalGrowthMoves
	goalGrowthScavenges
	goalRefused
	goalGeneration
	goalGenerationInWindow
	goalGenerationTwice
	goalStopInHeap
	goalStopInWindow
	goalStopInFlight
	goalStopBlocked
	goalCacheDestroyed
	goalSpansDestroyed
	goalRevival
	goalReclaimRelock
	goalReclaimFrees
	goalCredit
	goalDoneEarly
	goalPaceInWindow
	goalPaceContended
	goalRotated
	goalRotatedNoP
	goalStackContended
	goalFreedInWindow
	goalWoken
	goalOverflow
	numGoals
)

var goalList = [numGoals]Goal{
	goalWindowEntered:      {"window", "A scavenger searches without the heap lock."},
	goalWindowUsed:         {"window-used", "Another M acquires the heap lock while a scavenger searches without it."},
	goalFooled:             {"fooled", "What a scavenger found without the lock is gone when it has the lock again."},
	goalRefillContended:    {"refill-contended", "A page cache is filled while another M waits for the heap lock."},
	goalContended:          {"contended", "An M waits for the heap lock."},
	goalGrowth:             {"growth", "The heap grows."},
	goalGrowthMoves:        {"growth-moves", "The heap grows elsewhere, and the rest of the old arena is used up."},
	goalGrowthScavenges:    {"growth-scavenges", "Growth scavenges other memory."},
	goalRefused:            {"refused", "The operating system refuses memory."},
	goalGeneration:         {"generation", "A scavenge generation starts."},
	goalGenerationInWindow: {"generation-in-window", "A scavenge generation starts while a scavenger searches without the lock."},
	goalGenerationTwice:    {"generation-twice", "Two scavenge generations start in one sweep phase."},
	goalStopInHeap:         {"stop-in-heap", "A stop of the world is asked for while another M holds the heap lock."},
	goalStopInWindow:       {"stop-in-window", "A stop of the world is asked for while a scavenger searches without the lock."},
	goalStopInFlight:       {"stop-in-flight", "A stop of the world is asked for while another M has pages in flight and no lock."},
	goalStopBlocked:        {"stop-blocked", "A stop of the world is asked for while another M with a P waits for the heap lock."},
	goalCacheDestroyed:     {"cache-destroyed", "A P with pages in its cache is destroyed."},
	goalSpansDestroyed:     {"spans-destroyed", "A P with cached span objects is destroyed."},
	goalRevival:            {"revival", "A P that was destroyed is used again."},
	goalReclaimRelock:      {"reclaim-relock", "Another M acquires the heap lock while a reclaimer has dropped it to sweep."},
	goalReclaimFrees:       {"reclaim-frees", "The reclaimer frees a span."},
	goalCredit:             {"credit", "Pages were freed in advance for the reclaimer."},
	goalDoneEarly:          {"done-early", "The sweep counts as done while a span is being swept."},
	goalPaceInWindow:       {"pace-in-window", "The scavenger's goal changes while it searches without the lock."},
	goalPaceContended:      {"pace-contended", "The scavenger's goal is computed while another M waits for the heap lock."},
	goalRotated:            {"rotated", "The shards of the statistics change while a writer is inside."},
	goalRotatedNoP:         {"rotated-no-p", "A writer without a P waits for the reader of the statistics."},
	goalStackContended:     {"stack-contended", "A stack needs a span while another M holds the heap lock."},
	goalFreedInWindow:      {"freed-in-window", "Pages are freed while a scavenger searches without the lock."},
	goalWoken:              {"woken", "The parked scavenger is made to run."},
	goalOverflow:           {"overflow", "A span object goes back to its allocator because the P's cache is full."},
}

// Goals returns all goals.
func Goals() []Goal { return slices.Clone(goalList[:]) }
