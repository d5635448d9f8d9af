package accept

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"golang.org/x/exp/trace"
)

// Trace is what a file has for the model.
type Trace struct {
	Events int
	Steps  []Step
	Unused map[string]int // events that the model has nothing to say about, by name
	Spans  bool           // there are events about spans
}

// gzipMagic begins a compressed file.
var gzipMagic = []byte{0x1f, 0x8b}

// Read reads an execution trace, compressed with gzip or not. The error is one
// line and says which event could not be read.
func Read(r io.Reader) (t *Trace, err error) {
	t = &Trace{Unused: map[string]int{}}
	defer func() {
		if p := recover(); p != nil { // a damaged trace can break the reader
			t, err = nil, fmt.Errorf("not a trace that can be read: after %d events: %s", t.Events, oneLine(p))
		}
	}()
	in := bufio.NewReader(r)
	if head, _ := in.Peek(len(gzipMagic)); bytes.Equal(head, gzipMagic) {
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, err
		}
		in = bufio.NewReader(z)
	}
	tr, err := trace.NewReader(in)
	if err != nil {
		return nil, fmt.Errorf("not a trace that can be read: %s", oneLine(err))
	}
	for {
		e, err := tr.ReadEvent()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("not a trace that can be read: after %d events: %s", t.Events, oneLine(err))
		}
		t.Events++
		t.add(&e)
	}
	if t.Events == t.Unused["Sync"] {
		return nil, errors.New("not a trace that can be read: there are no events in it")
	}
	return t, nil
}

func oneLine(v any) string { return strings.Join(strings.Fields(fmt.Sprint(v)), " ") }

// stopPrefix begins the names of ranges that are stops of the world.
const stopPrefix = "stop-the-world ("

// markRange is the name of the range in which the collector marks.
const markRange = "GC concurrent mark phase"

// add turns an event into a step, or counts it as unused.
func (t *Trace) add(e *trace.Event) {
	s := Step{Time: int64(e.Time()), Thread: int64(e.Thread()), P: int64(e.Proc())}
	if e.Thread() == trace.NoThread {
		s.Thread = -1
	}
	if e.Proc() == trace.NoProc {
		s.P = -1
	}
	unused := e.Kind().String()
	switch e.Kind() {
	case trace.EventStateTransition:
		tr := e.StateTransition()
		if tr.Resource.Kind != trace.ResourceProc {
			unused += " of a " + strings.ToLower(tr.Resource.Kind.String())
			break
		}
		s.P = int64(tr.Resource.Proc())
		from, to := tr.Proc()
		s.Kind = procKind(from, to)
	case trace.EventRangeBegin, trace.EventRangeActive, trace.EventRangeEnd:
		unused += " " + e.Range().Name
		s.rangeKind(e.Range().Name, e.Kind() == trace.EventRangeEnd)
	case trace.EventMetric:
		unused += " " + e.Metric().Name
		if m := e.Metric(); m.Name == "/sched/gomaxprocs:threads" && m.Value.Kind() == trace.ValueUint64 {
			s.Kind, s.N = Procs, m.Value.Uint64()
		}
	case trace.EventExperimental:
		x := e.Experimental()
		unused = x.Experiment + " " + x.Name
		if x.Experiment == "AllocFree" && s.span(&x) {
			t.Spans = true
		}
	}
	if s.Kind == 0 {
		t.Unused[unused]++
		return
	}
	t.Steps = append(t.Steps, s)
}

// procKind is what a change of a P's state is to the model, 0 if nothing.
func procKind(from, to trace.ProcState) Kind {
	switch {
	case to == trace.ProcRunning && from != trace.ProcRunning:
		return PStart
	case to == trace.ProcIdle && from == trace.ProcRunning:
		return PStop
	case to == trace.ProcIdle && from == trace.ProcUndetermined:
		return PIdle
	}
	return 0
}

// rangeKind makes a step of the begin or end of a range.
func (s *Step) rangeKind(name string, end bool) {
	if reason, ok := strings.CutPrefix(name, stopPrefix); ok {
		s.Reason = strings.TrimSuffix(reason, ")")
		s.Kind = StopBegin
		if end {
			s.Kind = StopEnd
		}
		return
	}
	if name == markRange {
		s.Kind = MarkBegin
		if end {
			s.Kind = MarkEnd
		}
	}
}

// span makes a step of an event about a span and reports whether it was one.
func (s *Step) span(x *trace.ExperimentalEvent) bool {
	args := make([]uint64, 0, 3)
	for i := range x.Args {
		v := x.ArgValue(i)
		if v.Kind() != trace.ValueUint64 {
			return false
		}
		args = append(args, v.Uint64())
	}
	switch {
	case x.Name == "Span" && len(args) == 3:
		s.Kind = SpanExists
	case x.Name == "SpanAlloc" && len(args) == 3:
		s.Kind = SpanAlloc
	case x.Name == "SpanFree" && len(args) == 1:
		s.Kind = SpanFree
		s.Page = args[0]
		return true
	default:
		return false
	}
	s.Page, s.N, s.Manual = args[0], args[1], args[2] == 1
	return true
}

// unusedList has the events that were not used, by name.
func (t *Trace) unusedList() string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(t.Unused)) {
		parts = append(parts, fmt.Sprintf("%s %d", name, t.Unused[name]))
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}
