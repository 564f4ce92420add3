import './locale.js';
import { defineAnswerText } from './elements/answer-text.js';
import { defineAnswererList } from './elements/answerer-list.js';
import { defineArrivalList } from './elements/arrival-list.js';
import { defineAskBox } from './elements/ask-box.js';
import { defineBulkForm } from './elements/bulk-form.js';
import { defineChatImport } from './elements/chat-import.js';
import { defineChatList } from './elements/chat-list.js';
import { defineCheckSteps } from './elements/check-steps.js';
import { defineClosingSheet } from './elements/closing-sheet.js';
import { defineCommandPalette } from './elements/command-palette.js';
import { defineCompareView } from './elements/compare-view.js';
import { defineExportForm } from './elements/export-form.js';
import { defineFactCase } from './elements/fact-case.js';
import { defineFactImport } from './elements/fact-import.js';
import { defineFactList } from './elements/fact-list.js';
import { defineGateView } from './elements/gate-view.js';
import { defineMannerForm } from './elements/manner-form.js';
import { defineMarginNote } from './elements/margin-note.js';
import { defineMemoryNote } from './elements/memory-note.js';
import { defineModelList } from './elements/model-list.js';
import { definePageTurn } from './elements/page-turn.js';
import { defineQuoteList } from './elements/quote-list.js';
import { defineRunChart } from './elements/run-chart.js';
import { defineRunEnd } from './elements/run-end.js';
import { defineScoreGrid } from './elements/score-grid.js';
import { defineShortcutSheet } from './elements/shortcut-sheet.js';
import { defineTeachForm } from './elements/teach-form.js';
import { defineToastList } from './elements/toast-list.js';
import { defineChatFoot } from './rooms/chat-foot.js';
import { defineChatPage } from './rooms/chat-page.js';
import { defineChatRoom } from './rooms/chat-room.js';
import { defineDatasetsRoom } from './rooms/datasets-room.js';
import { defineErrataShell } from './rooms/errata-shell.js';
import { defineFirstRun } from './rooms/first-run.js';
import { defineLibraryRoom } from './rooms/library-room.js';
import { defineLiveRegion } from './rooms/live-region.js';
import { defineReviewQueue } from './rooms/review-queue.js';
import { defineReviewRoom } from './rooms/review-room.js';
import { defineSettingsData } from './rooms/settings-data.js';
import { defineSettingsEvidence } from './rooms/settings-evidence.js';
import { defineSettingsCluster } from './rooms/settings-cluster.js';
import { defineSettingsModels } from './rooms/settings-models.js';
import { defineSettingsRoom } from './rooms/settings-room.js';
import { defineSideBar } from './rooms/side-bar.js';
import { defineTrainingBefore } from './rooms/training-before.js';
import { defineTrainingRoom } from './rooms/training-room.js';
import { defineTrainingRun } from './rooms/training-run.js';
import { defineVersionEntry } from './rooms/version-entry.js';
import { defineVersionsCompare } from './rooms/versions-compare.js';
import { defineVersionsRoom } from './rooms/versions-room.js';
import { api, windowTransport } from './api.js';
import { socketTransport } from './socket.js';

/** Starts the page: the elements, the bridge, then the shell in index.html comes alive. */

for (const define of [defineAnswerText, defineAnswererList, defineArrivalList, defineAskBox, defineBulkForm, defineChatImport, defineChatList, defineCheckSteps, defineClosingSheet, defineCommandPalette, defineCompareView, defineExportForm, defineFactCase, defineFactImport, defineFactList, defineGateView,
  defineMannerForm, defineMarginNote, defineMemoryNote, defineModelList, definePageTurn, defineQuoteList, defineRunChart, defineRunEnd, defineScoreGrid, defineShortcutSheet, defineTeachForm, defineToastList,
  defineChatFoot, defineChatPage, defineChatRoom, defineDatasetsRoom, defineFirstRun, defineLibraryRoom, defineLiveRegion, defineReviewQueue, defineReviewRoom, defineSettingsCluster, defineSettingsData, defineSettingsEvidence, defineSettingsModels, defineSettingsRoom, defineSideBar, defineTrainingBefore, defineTrainingRoom, defineTrainingRun, defineVersionEntry, defineVersionsCompare, defineVersionsRoom]) define();

api.use('go' in window ? windowTransport(window) : socketTransport({
  url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`,
  probe: () => fetch('/api/health').then((r) => r.status),
}));
defineErrataShell();
