package accept

import (
	"bytes"
	"compress/gzip"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var record = flag.Bool("record", false, "make the trace again, with this Go")

// recorded is the trace of testdata/program.
const recorded = "testdata/go1.26.trace.gz"

// plain returns the recorded trace, not compressed.
func plain(t *testing.T) []byte {
	t.Helper()
	f, err := os.Open(recorded)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// recordTrace runs the program.
func recordTrace(t *testing.T) {
	dir := t.TempDir()
	program, file := filepath.Join(dir, "program"), filepath.Join(dir, "trace")
	if out, err := exec.Command("go", "build", "-o", program, "testdata/program/main.go").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cmd := exec.Command(program, file)
	cmd.Env = append(os.Environ(), "GODEBUG=traceallocfree=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(recorded, compress(t, text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func compress(t *testing.T, text []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := z.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The model accepts the trace of a real program, compressed or not.
func TestAcceptsARealTrace(t *testing.T) {
	if *record {
		recordTrace(t)
	}
	for _, compressed := range []bool{false, true} {
		text := plain(t)
		if compressed {
			var err error
			if text, err = os.ReadFile(recorded); err != nil {
				t.Fatal(err)
			}
		}
		tr, err := Read(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		ok, err := tr.Write(&b, "it")
		if err != nil || !ok || !tr.Spans {
			t.Errorf("accepted %v, spans %v, error %v:\n%s", ok, tr.Spans, err, &b)
		}
		counts := map[Kind]int{}
		stops := map[string]int{}
		for _, s := range tr.Steps {
			counts[s.Kind]++
			if s.Kind == StopBegin {
				stops[s.Reason]++
			}
		}
		// What the program does: the first of its changes of GOMAXPROCS comes
		// before the trace.
		if stops["GOMAXPROCS"] != 2 || stops["GC mark termination"] != 2 || counts[MarkBegin] != 2 {
			t.Errorf("stops %v, marks %d", stops, counts[MarkBegin])
		}
		if counts[SpanAlloc] < 72 || counts[SpanFree] == 0 || counts[SpanExists] == 0 || counts[PStart] == 0 {
			t.Errorf("steps %v", counts)
		}
	}
}

// A trace whose events are true and whose pages are not: one allocation is moved
// onto the span before it.
func TestRefusesAnOverlap(t *testing.T) {
	tr, err := Read(bytes.NewReader(plain(t)))
	if err != nil {
		t.Fatal(err)
	}
	last := -1
	for i := range tr.Steps {
		if tr.Steps[i].Kind != SpanAlloc {
			continue
		}
		if last >= 0 && len(Check(tr.Steps[:i])) == 0 {
			tr.Steps[i].Page = tr.Steps[last].Page
			break
		}
		last = i
	}
	if v := Check(tr.Steps); len(v) == 0 || v[0].Property != "P-NODOUBLE" {
		t.Errorf("violations %v", v)
	}
}

// Whatever is damaged, reading ends with a trace or with one line.
func TestDamagedTraces(t *testing.T) {
	text := plain(t)
	unreadable, refused := 0, 0
	for at := 0; at < len(text); at += 1 + at/12 {
		for _, mask := range []byte{1, 0x80} {
			bad := bytes.Clone(text)
			bad[at] ^= mask
			tr, err := Read(bytes.NewReader(bad))
			if err != nil {
				unreadable++
				if strings.Contains(err.Error(), "\n") {
					t.Errorf("byte %d: %q is not one line", at, err)
				}
				continue
			}
			if len(Check(tr.Steps)) > 0 {
				refused++
			}
		}
	}
	if unreadable == 0 {
		t.Error("everything could be read")
	}
	t.Logf("%d could not be read, %d were refused", unreadable, refused)
	for _, n := range []int{0, 1, 10, 16, 100, len(text) / 2} {
		_, err := Read(bytes.NewReader(text[:n]))
		if err == nil && n < len(text)/2 {
			t.Errorf("the first %d bytes are a trace", n)
		}
	}
	for _, s := range []string{"", "no trace", "go 1.26 trace\x00\x00\x00", "\x1f\x8b", "\x1f\x8bx"} {
		if _, err := Read(strings.NewReader(s)); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: error %v", s, err)
		}
	}
}

// damagedFor looks for a byte whose change gives a trace that can be read and
// is refused for property, and returns that trace.
func damagedFor(t *testing.T, text []byte, property string) []byte {
	t.Helper()
	for at := len(text) / 4; at < len(text); at++ {
		bad := bytes.Clone(text)
		bad[at] ^= 1
		tr, err := Read(bytes.NewReader(bad))
		if err != nil {
			continue
		}
		if v := Check(tr.Steps); len(v) > 0 && v[0].Property == property {
			return bad
		}
	}
	t.Fatalf("no change of a byte is refused for %s", property)
	return nil
}

// The traces that are damaged on purpose are the recorded one but for a byte, and
// are refused.
func TestRefusesDamagedTraces(t *testing.T) {
	for file, property := range map[string]string{"overlap": "P-NODOUBLE"} {
		name := "testdata/damaged-" + file + ".trace.gz"
		if *record {
			if err := os.WriteFile(name, compress(t, damagedFor(t, plain(t), property)), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		tr, err := Read(f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		if v := Check(tr.Steps); len(v) == 0 || v[0].Property != property {
			t.Errorf("%s: violations %v, want %s", name, v, property)
		}
	}
}
