// The parts of Apache ECharts that tracker/static/charts.js draws with. SVG only: crisp in print, styled under a strict CSP.
import * as core from "echarts/core";
import { LineChart, ScatterChart, CustomChart, BarChart } from "echarts/charts";
import {
  AriaComponent, DataZoomComponent, GridComponent, MarkAreaComponent, MarkLineComponent, MarkPointComponent, TooltipComponent,
} from "echarts/components";
import { LabelLayout } from "echarts/features";
import { SVGRenderer } from "echarts/renderers";

core.use([
  LineChart, ScatterChart, CustomChart, BarChart, AriaComponent, DataZoomComponent, GridComponent, MarkAreaComponent,
  MarkLineComponent, MarkPointComponent, TooltipComponent, LabelLayout, SVGRenderer,
]);
export const { init, getInstanceByDom } = core;
