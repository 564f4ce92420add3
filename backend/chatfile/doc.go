// Package chatfile is chats as files: it writes ours and reads those of other
// programs. It never touches a file, a socket or a clock, and never takes a word of
// what it reads for anything but text.
//
//	Export ──> Markdown (the branch that is shown) │ JSON (everything)
//
//	bytes ──Split──> one chat each ──Read──> backend.ChatTree
//	                 ChatGPT: conversations.json, a mapping of nodes
//	                 Open WebUI: "Export Chats", a history of messages
//
// The ids of what is read are made of the ids and words in the file, so that the
// same chat read twice is the same chat.
package chatfile
