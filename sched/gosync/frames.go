package gosync

import "lockheld/sched"

// frames makes traces of w show the exported functions of this package, and who
// calls them.
func frames(w *sched.World) {
	const own = "lockheld/sched/gosync."
	w.HideFrames(own+"selectOf", own+"tryOne", own+"unlock", own+"(*sending", own+"(*receiving", own+"(*queue", own+"(*turn",
		own+"(*WaitGroup).Go.func")
	w.JoinFrames(own)
}
