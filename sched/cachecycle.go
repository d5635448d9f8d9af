package sched

// A search that follows no state twice does not see a task go round and round,
// which is how the engine tells a livelock. Only declared states can be met
// twice on one way (see [Task.Live]). Where that happens, the way between the
// two is a loop. The search makes an execution that goes round it for as long as
// the engine needs to make up its mind, and then lets all tasks move in turn: what
// never ends in whatever way, and a loop in which all tasks only wait, is found.
//
// That is no proof that no schedule goes round for ever: loops that share states
// can be put together in more ways than there are executions. So a search that
// met a loop is not complete, as little as one by which the engine passed over a
// task that spins.
type cycles struct {
	met       int64 // times that an execution came back to a state of its own
	followed  int64
	due       bool // the loop is to be followed by the next execution
	on        bool // it is being followed
	loop      Schedule
	start     int // steps before the loop
	turns     int // steps with which the tasks begin to move in turn
	until     int // steps
	addresses [pathBits]uint16
}

const (
	pathBits   = 1 << 12 // states on the way, by their hash
	mostLoops  = 16      // loops that are followed, then one each time their number doubles
	loopRounds = spinRounds + spinRounds/2
	turnSteps  = 1 << 12
)

// enter and leave note which states lie on the way of the execution.
func (y *cycles) enter(key Hash) { y.addresses[key.lo%pathBits]++ }
func (y *cycles) leave(key Hash) { y.addresses[key.lo%pathBits]-- }

// close notes a loop if the last frame is in a state that an earlier one is in.
func (c *cache) close() {
	y, last := &c.cycles, len(c.frames)-1
	key := c.frames[last].key
	if y.addresses[key.lo%pathBits] < 2 || c.faults&cacheFaultCycle != 0 {
		return
	}
	i := last - 1
	for i >= 0 && c.frames[i].key != key {
		i--
	}
	if i < 0 {
		return
	}
	y.met++
	if y.met > mostLoops && y.met&(y.met-1) != 0 {
		return
	}
	y.followed++
	y.loop = y.loop[:0]
	for ; i < last; i++ {
		y.loop = append(y.loop, c.frames[i].choice)
	}
	y.due, y.start = true, last
	y.turns = last + min(len(y.loop)*loopRounds, spinWindow)
	y.until = y.turns + turnSteps
}

// next returns the way to the loop that is to be followed now.
func (c *cache) next() (way Schedule, more bool) {
	y := &c.cycles
	y.on, y.due = y.due, false
	if !y.on {
		return nil, false
	}
	return c.way(y.start), true
}

// pick goes round the loop, and then lets the tasks move in turn.
func (y *cycles) pick(v *View) int {
	n := len(v.Log)
	if n >= y.until {
		return Prune
	}
	if n < y.turns {
		next := y.loop[(n-y.start)%len(y.loop)].Task
		if (v.Enabled|v.Spinning)&(1<<uint(next)) != 0 && !v.w.tasks[next].Blocked() {
			return int(next)
		}
		y.turns = n
	}
	if later := v.Enabled &^ (2<<uint(v.Last) - 1); v.Last >= 0 && later != 0 {
		return lowest(later)
	}
	return lowest(v.Enabled)
}

// value repeats that of the loop.
func (y *cycles) value(v *View) int {
	if n := len(v.Log); n < y.turns {
		return int(max(y.loop[(n-y.start)%len(y.loop)].Value, 0))
	}
	return 0
}
