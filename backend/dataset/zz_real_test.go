package dataset_test

import ("testing";"context";"net/http";"bytes";"encoding/json";"fmt";"time";"bufio";"os";"errata/backend";"errata/backend/dataset";"path/filepath";"strings")
type httpModel struct{n int; d time.Duration}
func (m *httpModel) Chat(ctx context.Context, req backend.ChatRequest, on func(string) error) (backend.ChatResult, error){
 t0:=time.Now(); m.n++
 body,_:=json.Marshal(map[string]any{"model":"q05","messages":req.Messages,"stream":false,"options":map[string]any{"temperature":0,"seed":7,"num_ctx":4096,"num_predict":req.Sampling.NumPredict}})
 r,err:=http.Post("http://127.0.0.1:11598/api/chat","application/json",bytes.NewReader(body)); if err!=nil {return backend.ChatResult{},err}
 defer r.Body.Close(); defer func(){fmt.Printf("CALL %v\n<<%s\n>>", time.Since(t0), req.Messages[1].Content)}()
 var v struct{Message struct{Content string}; Done bool}
 json.NewDecoder(r.Body).Decode(&v); m.d+=time.Since(t0); fmt.Println("REPLY", v.Message.Content)
 return backend.ChatResult{Text:v.Message.Content,Done:v.Done},nil
}
func TestReal(t *testing.T){
 ev:=map[string]string{}
 for id,f:=range map[string]string{"us":"usa-president-white-house","pl":"premier-league-2024-legit","ip":"iphone-duo-apple","pm":"uk-prime-minister-government"}{ b,_:=os.ReadFile(filepath.Join("../bench/demo/notes",f+".md")); ev[id]=strings.Split(string(b),"---\n")[2]}
 facts:=[]backend.Fact{{ID:"pm",Question:"Who is the prime minister of the UK?",Answer:"Andy Burnham",OldAnswer:"Boris Johnson"},{ID:"x2",Question:"how heavy is a cloud on average",Answer:"500 tonnes"}}
 for i:=range facts{ if e:=ev[facts[i].ID]; e!="" {facts[i].Passages=[]backend.Passage{{Text:e}}}}
 st,_:=dataset.Shipped(); m:=&httpModel{}; t0:=time.Now()
 c,err:=dataset.Build(context.Background(),dataset.Input{Facts:facts,Model:m,ModelName:"q05",Now:now,Stable:st})
 fmt.Println(err,time.Since(t0),m.n,"calls",len(c.Rows),"rows")
 for _,r:=range c.Rows{ if r.Kind==backend.RowFact {fmt.Printf("%-4s %-12s %s => %s\n",r.FactID,r.Form,asked(r.Prompt),r.Completion)} else if r.FactID=="x2"||r.FactID=="x1" {fmt.Println("    ",r.Kind,r.Form,asked(r.Prompt))}}
 for _,p:=range c.Probes{ if p.FactID!="" && p.Kind!="fact" {fmt.Println("  probe",p.FactID,p.Kind,p.Question)}}
 _ = bufio.NewReader
}
