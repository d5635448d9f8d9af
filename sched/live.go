package sched

// declared is what the running task has said of its local state in its step:
// what it has read of memory that is no object, or all that still matters of
// it.
type declared struct {
	epoch uint64 // execution and
	step  int    // number of steps in which it was said
	whole bool   // hash stands for all of the local state, not for what was added
	hash  Hash
}

// Live declares the live local state of the task: what it does from here on
// depends on key, on what it will read, and on nothing else that it has read or
// done so far. Called at the head of a loop, or wherever locals die, it lets
// [Options.Strategy] cache take two states for one that differ only in how the
// task came here. It costs next to nothing elsewhere.
//
// The key must tell apart any two situations in which the task goes on
// differently, also those at two places in its code if the next operation does
// not tell them apart. It must cover what the task leaves in memory that is not
// registered (see [World.Hidden]), such as a result that a property looks at in
// the end. What it holds, the values of objects and registered memory are part
// of the state anyway. A key that forgets something hides violations; cache
// follows some of the states that it merges, and reports it if they go on
// differently.
//
// Before the first operation of a task it has no effect.
func (t *Task) Live(key ...uint64) {
	if t.w.hidden.watched {
		t.live(key)
	}
}

func (t *Task) live(key []uint64) {
	d := t.declaration(taskRunning)
	if d == nil {
		return
	}
	d.whole = true
	d.hash = Hash{}
	for _, k := range key {
		d.hash.Word(k)
	}
}

// declaration returns where a task declares its state in the present step, its
// own one or, if it may be as early as taskStarting, the one that started it.
// It is nil if nobody will look at that.
func (t *Task) declaration(from taskState) *declared {
	if !t.w.hidden.watched {
		return nil
	}
	return t.saying(from)
}

// sees says that t has looked at something without a step, and what it saw.
func (t *Task) sees(l look, v uint64) {
	if d := t.saying(taskStarting); d != nil {
		d.hash.Word(uint64(l.obj)<<1 | one(l.moves))
		d.hash.Word(v)
	}
}

func (t *Task) saying(from taskState) *declared {
	x := t.w.x
	if x == nil || t.state < from || t.lazy || len(x.log) == 0 || len(x.log) < len(x.prefix) {
		return nil
	}
	d := &t.w.hidden.said
	if d.epoch != x.epoch || d.step != len(x.log) {
		*d = declared{epoch: x.epoch, step: len(x.log)}
	}
	return d
}
