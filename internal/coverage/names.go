package coverage

// Windows: times in which an M is in the middle of something without the lock
// that it had, or with a world that is neither running nor stopped.
const (
	WindowSearch   = "scavengeOne: search"
	WindowSweep    = "reclaimChunk: sweep"
	WindowTrace    = "reclaimChunk: trace event"
	WindowFlight   = "allocSpan: span in flight"
	WindowStopping = "stopTheWorld: Ps still run"
	WindowStarting = "startTheWorld: Ps can run, the world counts as stopped"
)

// windowList has the windows in the order of reports, and what they are.
var windowList = []struct{ name, doc string }{
	{WindowSearch, "from the unlock before the search for a candidate to the lock after it"},
	{WindowSweep, "from the unlock before a span is swept to the lock after it"},
	{WindowTrace, "from the unlock before the event of execution tracing to the lock after it"},
	{WindowFlight, "from the pages of a span being the M's own, without the lock, to the span map that shows it"},
	{WindowStopping, "from the unlock of sched.lock after the stop was asked for to the stopped world"},
	{WindowStarting, "from the unlock of sched.lock after procresize to the world that counts as started"},
}

// Branches of scavengeOne.
const (
	branchNone  = "nothing reserved"
	branchFast  = "the top chunk has pages"
	branchSlow  = "a chunk below has pages"
	branchAgain = "what was seen is gone, searches on"
	branchEmpty = "nothing found"
)

// branchList has the branches in the order of reports, those with mayUnlock
// first. Without mayUnlock nothing that was seen can go.
var branchList = []string{
	name(true, branchNone), name(true, branchFast), name(true, branchSlow), name(true, branchAgain), name(true, branchEmpty),
	name(false, branchNone), name(false, branchFast), name(false, branchSlow), name(false, branchEmpty),
}

// name is the name of a branch. may is mayUnlock.
func name(may bool, branch string) string {
	if may {
		return "mayUnlock: " + branch
	}
	return "no mayUnlock: " + branch
}
